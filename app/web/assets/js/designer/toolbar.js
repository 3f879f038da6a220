// The buttons above the drawing: what the keyboard does too.
const COLOURS = {
  none: {}, blue: { fill: '#d2e2f1', stroke: '#1d70b8' }, green: { fill: '#e5efe9', stroke: '#0f7a52' }, yellow: { fill: '#fff4c4', stroke: '#594d00' }, red: { fill: '#fbe4e4', stroke: '#ca3535' }
}

/** The drawing and its details in the whole window, or in the page again. */
function inWindow (page, modeler, on = !page.classList.contains('app-designer--window')) {
  page.classList.toggle('app-designer--window', on)
  page.querySelector('[data-do=window]').textContent = on ? 'Back to the page' : 'Use the whole window'
  document.body.classList.toggle('app-designer-alone', on)
  modeler.get('canvas').resized()
  const [one] = modeler.get('selection').get()
  if (one) modeler.get('canvas').scrollToElement(one, 60)
}

async function savePicture (page, modeler) {
  const { svg } = await modeler.saveSVG()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  link.download = `${page.dataset.path.split('/').pop().replace('.bpmn', '')}.svg`
  link.click()
  URL.revokeObjectURL(link.href)
}

export function toolbar (page, modeler) {
  const actions = modeler.get('editorActions')
  const selection = modeler.get('selection')
  let copied = null
  const run = {
    undo: () => actions.trigger('undo'),
    redo: () => actions.trigger('redo'),
    find: () => setTimeout(() => modeler.get('searchPad').open()), // the click that asks for it would close it
    larger: () => actions.trigger('stepZoom', { value: 1 }),
    smaller: () => actions.trigger('stepZoom', { value: -1 }),
    whole: () => modeler.get('canvas').zoom('fit-viewport', 'auto'),
    copy: () => { copied = selection.get()[0]; actions.trigger('copy'); refresh() },
    paste: () => { // beside what is selected, because there is not always a mouse to place it with
      const beside = selection.get()[0] || copied
      const pasted = modeler.get('copyPaste').paste({ element: beside.parent, point: { x: beside.x + beside.width / 2 + 30, y: beside.y + beside.height * 1.5 + 60 } })
      if (pasted?.length) selection.select(pasted.filter((one) => one.type !== 'label'))
    },
    remove: () => actions.trigger('removeSelection'),
    window: () => inWindow(page, modeler),
    picture: () => savePicture(page, modeler),
    map: () => modeler.get('minimap').toggle(),
    create: () => {
      const box = page.querySelector('[data-designer-canvas]').getBoundingClientRect()
      modeler.get('popupMenu').open(modeler.get('canvas').getRootElement(), 'bpmn-create', { x: box.left + box.width / 3, y: box.top + 60 }, { title: 'Add an element', width: 300, search: true })
    },
    append: () => {
      const [one] = selection.get()
      if (one) modeler.get('popupMenu').open(one, 'bpmn-append', modeler.get('canvas').getAbsoluteBBox(one), { title: 'Add what follows', width: 300, search: true })
    }
  }
  for (const button of page.querySelectorAll('[data-do]')) {
    button.addEventListener('click', () => {
      const [what, type] = button.dataset.do.split(':')
      if (what === 'align') actions.trigger('alignElements', { type })
      else if (what === 'distribute') actions.trigger('distributeElements', { type })
      else run[what]()
    })
  }
  const more = page.querySelector('[data-designer-more]')
  more.open = window.matchMedia('(width >= 48em)').matches
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !page.querySelector('.djs-popup, .djs-search-open, .djs-direct-editing-parent') && page.classList.contains('app-designer--window')) inWindow(page, modeler, false)
  })
  const colour = page.querySelector('[data-designer-colour]')
  colour.addEventListener('change', () => {
    if (selection.get().length) modeler.get('modeling').setColor(selection.get(), COLOURS[colour.value])
    colour.value = ''
  })
  const refresh = () => {
    const many = selection.get().length
    for (const button of page.querySelectorAll('[data-needs]')) button.disabled = many < Number(button.dataset.needs)
    colour.disabled = many === 0
    page.querySelector('[data-do=paste]').disabled = !copied
    for (const name of ['undo', 'redo']) page.querySelector(`[data-do=${name}]`).disabled = !modeler.get('commandStack')[name === 'undo' ? 'canUndo' : 'canRedo']()
  }
  modeler.on('selection.changed', refresh)
  modeler.on('commandStack.changed', refresh)
  refresh()
}
