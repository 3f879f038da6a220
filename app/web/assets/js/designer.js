// The modeller of a draft: bpmn-js with a panel of our own. It loads the drawing, saves by itself, and shows the findings
// of the server's checks and the due times in words at the elements. The outline page does the same without a drawing.
import Modeler from 'bpmn-js/lib/Modeler'
import minimap from 'diagram-js-minimap'
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything'
import spiffworkflow from './designer/spiffworkflow.json'
import { Model } from './designer/model.js'
import { Panel } from './designer/panel.js'
import { drawSigns, listFindings } from './designer/findings.js'
import { Saving } from './designer/saving.js'
import { toolbar } from './designer/toolbar.js'
import plain from './designer/plain.js'
import keeping from './designer/keeping.js'
import { send } from './editor_requests.js'

const page = document.querySelector('[data-designer]')
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
// The icons of these two menus carry inline styles, which the security policy refuses: the toolbar has their buttons.
const withoutIconMenus = { alignElementsContextPadProvider: ['value', null], alignElementsMenuProvider: ['value', null], distributeElementsMenuProvider: ['value', null] }

function nameParts (container, modeler) {
  const drawing = container.querySelector('.djs-container svg')
  drawing.setAttribute('role', 'application')
  drawing.setAttribute('aria-label', `${page.dataset.label} Arrow keys move what is selected, Control and F finds an element, N adds one, A adds what follows, Control and Z takes back. The page Outline says and does the same as a list.`)
  for (const entry of container.querySelectorAll('.djs-palette .entry')) {
    entry.setAttribute('role', 'button')
    entry.setAttribute('tabindex', '0')
    if (!entry.getAttribute('aria-label')) entry.setAttribute('aria-label', entry.getAttribute('title') || entry.dataset.action)
    entry.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      entry.click()
    })
  }
  const logo = container.querySelector('.bjs-powered-by')
  if (logo) logo.setAttribute('aria-label', 'Powered by bpmn.io')
  const palette = modeler.get('palette')
  const toggle = container.querySelector('.djs-palette-toggle')
  toggle.setAttribute('role', 'button')
  toggle.setAttribute('tabindex', '0')
  toggle.setAttribute('aria-label', 'Tools for drawing')
  toggle.addEventListener('keydown', (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); palette.toggle() } })
  // In a narrow window the drawing has the room; the tools open when they are asked for, and fold after use.
  const isNarrow = () => container.clientWidth < 700
  if (isNarrow()) palette.close()
  modeler.on('create.end', () => { if (isNarrow()) palette.close() })
  container.querySelector('.djs-minimap .toggle')?.setAttribute('aria-hidden', 'true')
}

function fit (canvas) {
  canvas.zoom('fit-viewport', 'auto')
  if (canvas.zoom() > 0.55) return
  canvas.zoom(0.7, { x: 0, y: 0 })
  const { inner } = canvas.viewbox()
  const { outer } = canvas.viewbox()
  canvas.viewbox({ x: inner.x - 180, y: inner.y - 30, width: outer.width / 0.7, height: outer.height / 0.7 })
}

/** What was asked for by its name, with the drawing and its details, where one looks. */
function inSight (modeler) {
  page.querySelector('.app-designer__room').scrollIntoView({ block: 'nearest' })
  const [one] = modeler.get('selection').get()
  if (one?.parent) modeler.get('canvas').scrollToElement(one, { top: 80, right: 80, bottom: 80, left: 180 })
}

/** The library opens its menus where the drawing is, the window's edge or not: here they stay within the window. */
function withinWindow () {
  const menu = page.querySelector('.djs-popup')
  if (!menu) return
  const { top, bottom, left, right } = menu.getBoundingClientRect()
  menu.style.top = `${Math.max(8, top - Math.max(0, bottom + 8 - window.innerHeight))}px`
  menu.style.left = `${Math.max(8, left - Math.max(0, right + 8 - window.innerWidth))}px`
}

/** Somebody else was quicker: theirs or mine, said so that nobody loses anything by accident. */
function showConflict (sentence, xml) {
  const box = page.querySelector('[data-designer-conflict]')
  box.hidden = false
  box.querySelector('[data-sentence]').textContent = sentence
  box.querySelector('[data-theirs]').onclick = () => { page.saving.changed = page.saving.unsaved = page.saving.typing = false; page.saving.forget(); page.saving.forgetTyped(); window.location.reload() }
  box.querySelector('[data-mine]').onclick = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([xml], { type: 'application/xml' }))
    link.download = `${page.dataset.path.split('/').pop().replace('.bpmn', '')}-mine.bpmn`
    link.click()
    URL.revokeObjectURL(link.href)
  }
  box.focus()
}

function offerKept (saving, known, { open, choose, panel }) {
  const found = saving.kept()
  const kept = found && found.xml !== known.xml ? found : null
  const typed = saving.keptTyped()
  const box = page.querySelector('[data-designer-kept]')
  if (!kept && !typed) { saving.forget(); return }
  box.hidden = false
  box.querySelector('[data-since]').hidden = !kept || kept.revision === known.revision
  box.querySelector('[data-take]').onclick = async () => {
    box.hidden = true
    for (const [key, thing] of kept?.meant || []) saving.model.meant.set(key, thing)
    if (kept) await open(kept.xml)
    if (typed) { choose(typed.element); panel.takeUp(typed) }
    saving.touch()
  }
  box.querySelector('[data-leave]').onclick = () => { box.hidden = true; saving.forget(); saving.forgetTyped() }
}

async function start () {
  const profile = page.querySelector('[data-designer-profile]')
  const answer = await fetch(page.dataset.content, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(String(answer.status))
  const known = { ...await answer.json(), duty_address: page.dataset.duty }
  const container = page.querySelector('[data-designer-canvas]')
  const modeler = new Modeler({
    container,
    additionalModules: [minimap, CreateAppendAnythingModule, withoutIconMenus, plain, keeping],
    moddleExtensions: { spiffworkflow },
    minimap: { open: false }
  })
  const open = (xml) => modeler.importXML(xml)
  await open(known.xml)
  await nextFrame()
  fit(modeler.get('canvas'))
  nameParts(container, modeler)

  const model = new Model(modeler)
  const answers = new Map()
  const ask = async (kind, text) => {
    const key = `${kind} ${text}`
    if (answers.has(key)) return answers.get(key)
    try {
      const said = await send(page, page.dataset.expression, { path: known.path, profile: profile.value, kind, text })
      if (said.ok) answers.set(key, await said.json())
      return answers.get(key) || null
    } catch { return null } // without a connection nothing is said; the checks look again when it is saved
  }
  const panel = new Panel(page.querySelector('[data-designer-panel]'), model, known, ask)
  const choose = (id) => {
    const registry = modeler.get('elementRegistry')
    const element = registry.get(id) || registry.find((one) => one.businessObject?.processRef?.id === id)
    if (!element) return
    modeler.get('selection').select(element)
    inSight(modeler)
    page.querySelector('[data-designer-panel]').focus()
  }
  const told = ({ findings, due }) => {
    Object.assign(known, { findings, due })
    answers.clear() // the draft is another one now
    drawSigns(modeler, findings, due)
    listFindings(page.querySelector('[data-designer-findings]'), findings, choose)
    panel.tell(findings, due)
  }
  const saving = new Saving(page, { modeler, model, revision: known.revision, path: known.path, profile: () => profile.value, onSaid: told, onMoved: showConflict })
  page.saving = saving
  panel.whileTyping((typing) => saving.type(typing))
  profile.replaceChildren(...known.profiles.map(({ key, name }) => new Option(name, key, key === known.profile, key === known.profile)))
  profile.addEventListener('change', async () => {
    const words = await fetch(`${page.dataset.due}&profile=${encodeURIComponent(profile.value)}`, { credentials: 'same-origin', headers: { Accept: 'application/json' } })
    if (words.ok) told({ findings: known.findings, due: await words.json() })
  })

  const selected = () => modeler.get('selection').get()
  modeler.on('selection.changed', () => panel.show(selected().length === 1 ? selected()[0] : selected().length ? null : modeler.get('canvas').getRootElement()))
  modeler.on('commandStack.changed', () => { if (known.is_open) saving.touch() })
  modeler.on('element.changed', ({ element }) => { if (element === panel.element && !page.querySelector('[data-designer-panel]').contains(document.activeElement)) panel.draw() })
  modeler.on('elements.changed', () => drawSigns(modeler, known.findings, known.due))
  toolbar(page, modeler)
  modeler.on('popupMenu.opened', () => requestAnimationFrame(withinWindow))
  modeler.on('searchPad.selected', () => setTimeout(() => inSight(modeler)))
  told(known)
  panel.show(modeler.get('canvas').getRootElement())
  saving.say(known.is_open ? 'All changes saved' : 'This draft cannot be changed now', 'saved')
  offerKept(saving, known, { open, choose, panel })
  const asked = () => { if (window.location.hash) choose(decodeURIComponent(window.location.hash.slice(1))) }
  window.addEventListener('hashchange', asked)
  asked()
  page.modeler = modeler
  page.dataset.ready = 'yes'
  performance.mark('designer-ready')
}

page.hidden = false
start().catch((problem) => {
  console.warn(`No drawing: ${problem.message}`)
  page.querySelector('[data-designer-state]').textContent = 'The drawing could not be opened. The page Outline says and does the same.'
})
