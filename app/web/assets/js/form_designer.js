// The form editor of a draft: form-js with a panel of our own, whose questions the server asks, and the page beside it as
// people will see it. The page of the form changes the same part by part without a script.
import { FormEditor } from '@bpmn-io/form-js-editor'
import { addByPress, ourKindsOnly, asOurPages, whatIsOurs } from './form_designer/kinds.js'
import { Panel } from './form_designer/panel.js'
import { Preview } from './form_designer/preview.js'
import { Saving } from './form_designer/saving.js'

const page = document.querySelector('[data-form-designer]')
const find = (name) => page.querySelector(`[data-${name}]`)

function listFindings (faults, findings) {
  const row = (kind, words, sentence) => {
    const item = document.createElement('li')
    const tag = document.createElement('strong')
    tag.className = `govuk-tag govuk-tag--${kind}`
    tag.textContent = words
    item.append(tag, ` ${sentence}`)
    return item
  }
  const rows = faults.map((sentence) => row('red', 'Error', sentence))
  for (const { sentence, stops, waived } of findings) {
    rows.push(waived ? row('grey', 'Accepted', sentence) : stops ? row('red', 'Error', sentence) : row('yellow', 'Warning', sentence))
  }
  if (!rows.length) {
    rows.push(document.createElement('li'))
    rows[0].textContent = 'Nothing is found.'
  }
  find('findings').replaceChildren(...rows)
}

function toolbar (editor, panel, saving) {
  const stack = editor.get('commandStack')
  const todo = {
    save: () => saving.save(),
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    whole: () => { editor.get('selection').clear(); panel.focus() }
  }
  const show = () => {
    page.querySelector('[data-do=undo]').disabled = !stack.canUndo()
    page.querySelector('[data-do=redo]').disabled = !stack.canRedo()
  }
  for (const button of page.querySelectorAll('[data-do]')) button.addEventListener('click', todo[button.dataset.do])
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return
    event.preventDefault()
    saving.save()
  })
  editor.on('commandStack.changed', show)
  show()
}

async function start () {
  const answer = await fetch(page.dataset.content, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(String(answer.status))
  const known = await answer.json()
  const editor = new FormEditor({
    container: find('editor'),
    palette: { parent: find('palette') },
    propertiesPanel: { parent: document.createElement('div') },
    additionalModules: [whatIsOurs]
  })
  ourKindsOnly(editor, known.kinds)
  asOurPages(editor)
  await editor.importSchema(known.schema)

  let faults = []
  let panel = null
  const saving = new Saving(page, { editor, known, panel: () => panel, onFindings: (found) => { known.findings = found; listFindings(faults, found) } })
  const preview = new Preview(page, editor, saving, (found) => { faults = found; listFindings(found, known.findings) })
  panel = new Panel(page, { editor, saving, isOpen: known.is_open })
  editor.on('commandStack.changed', () => { saving.touch(); preview.later() })
  toolbar(editor, panel, saving)
  addByPress(editor, find('palette'), () => panel.focusWhenDrawn())
  listFindings([], known.findings)
  saving.say(known.is_open ? 'All changes saved' : 'This draft cannot be changed now', 'saved')
  saving.offerKept()
  await Promise.all([preview.draw(), panel.show(null)])
  Object.assign(page, { editor, saving })
  page.dataset.ready = 'yes'
  performance.mark('form-designer-ready')
}

page.hidden = false
start().catch((problem) => {
  console.warn(`No form editor: ${problem.message}`)
  find('state').textContent = 'The form could not be opened here. “The same, part by part” changes it, too.'
})
