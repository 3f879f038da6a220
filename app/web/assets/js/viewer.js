// Where a pathway stands, on its diagram. <div data-diagram="<address of the BPMN file>" data-active="a,b"
// data-done="c" data-late="d" data-reached="e" data-unreached="f" data-label="..."> becomes a picture that can be moved and enlarged; the page
// says the same as a list, because a drawing cannot be read with a screen reader.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer'

const names = (text) => (text || '').split(',').filter(Boolean)

function label (container, words) {
  const drawing = container.querySelector('svg')
  if (!drawing) return
  drawing.setAttribute('role', 'img')
  drawing.setAttribute('aria-label', words)
  drawing.removeAttribute('tabindex')
}

function mark (viewer, container) {
  const canvas = viewer.get('canvas')
  const registry = viewer.get('elementRegistry')
  for (const kind of ['done', 'active', 'late', 'reached', 'unreached']) {
    for (const id of names(container.dataset[kind])) if (registry.get(id)) canvas.addMarker(id, `is-${kind}`)
  }
}

// Two versions beside each other: what is new, changed or gone has a sign at it as well as a colour.
const CHANGES = [['added', '+', 'New'], ['changed', '≠', 'Changed'], ['removed', '−', 'Gone']]

function markChanges (viewer, container) {
  const registry = viewer.get('elementRegistry')
  for (const [kind, sign, words] of CHANGES) {
    for (const id of names(container.dataset[kind])) {
      const element = registry.get(id)
      if (!element) continue
      viewer.get('canvas').addMarker(id, `is-${kind}`)
      const badge = document.createElement('span')
      badge.className = `app-diagram-change app-diagram-change--${kind}`
      badge.textContent = sign
      badge.title = words
      const place = element.waypoints ? middleOf(element) : { top: -10, right: 10 }
      viewer.get('overlays').add(id, { position: place, html: badge })
    }
  }
}

// The middle of a line, counted from the corner of the box around it, where overlays are placed from.
function middleOf ({ waypoints }) {
  const [from, to] = waypoints.slice(Math.max(0, Math.floor(waypoints.length / 2) - 1)).slice(0, 2)
  const left = Math.min(...waypoints.map((point) => point.x))
  const top = Math.min(...waypoints.map((point) => point.y))
  return { left: (from.x + to.x) / 2 - left - 10, top: (from.y + to.y) / 2 - top - 10 }
}

// A small label under each element of data-due, {"element id": "words"}.
function showDueDates (viewer, container) {
  const registry = viewer.get('elementRegistry')
  for (const [id, words] of Object.entries(JSON.parse(container.dataset.due || '{}'))) {
    if (!registry.get(id)) continue
    const label = document.createElement('span')
    label.className = 'app-diagram-due'
    label.textContent = words
    viewer.get('overlays').add(id, { position: { bottom: 4, left: 4 }, html: label })
  }
}

// The heat map: data-bands is {"element id": "good"}, data-signs {"good": ["#00703c", "the path of its sign"]}.
function markBands (viewer, container) {
  const signs = JSON.parse(container.dataset.signs || '{}')
  for (const [id, band] of Object.entries(JSON.parse(container.dataset.bands || '{}'))) {
    if (!viewer.get('elementRegistry').get(id)) continue
    viewer.get('canvas').addMarker(id, `is-${band}`)
    viewer.get('overlays').add(id, { position: { top: -10, right: 10 }, html: disc(...signs[band]) })
  }
}

function disc (colour, sign) {
  const make = (name, given) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value)
    return made
  }
  const drawn = make('svg', { width: 20, height: 20, viewBox: '-10 -10 20 20' })
  drawn.append(make('circle', { r: 10, fill: colour }), make('path', { d: sign, fill: 'none', stroke: '#ffffff', 'stroke-width': 2 }))
  return drawn
}

// Where an element leads on: data-leads is {"element id": ["an address", "its name"]}. Never too small to be hit.
const HITTABLE = { scale: { min: 1 }, show: { minZoom: 0.5 } }

function showLeads (viewer, container) {
  for (const [id, [address, words]] of Object.entries(JSON.parse(container.dataset.leads || '{}'))) {
    if (!viewer.get('elementRegistry').get(id)) continue
    const link = document.createElement('a')
    link.className = 'app-diagram-lead'
    link.href = address
    link.textContent = '→'
    link.setAttribute('aria-label', `Open ${words}`)
    link.title = words
    viewer.get('overlays').add(id, { position: { top: -14, left: -14 }, html: link, ...HITTABLE })
  }
}

/** A wide diagram needs no high box. */
function fitHeight (canvas, container) {
  const { inner } = canvas.viewbox()
  const wanted = container.clientWidth * inner.height / inner.width + 80
  if (inner.width > 0 && wanted < container.clientHeight) {
    container.style.height = `${Math.max(240, Math.round(wanted))}px`
    canvas.resized()
  }
}

function centre (viewer, container) {
  const canvas = viewer.get('canvas')
  fitHeight(canvas, container)
  canvas.zoom('fit-viewport', 'auto')
  const { active, added, changed, removed, bands } = container.dataset
  const marked = [...[active, added, changed, removed].flatMap(names), ...Object.keys(JSON.parse(bands || '{}'))]
  const here = marked.find((id) => viewer.get('elementRegistry').get(id))
  if (here && canvas.zoom() < 0.5) {
    canvas.zoom(0.7)
    canvas.scrollToElement(here, { top: 80, right: 80, bottom: 80, left: 80 })
  }
}

function buttons (viewer, page, container) {
  const canvas = viewer.get('canvas')
  for (const button of page.querySelectorAll(`[data-diagram-control][aria-controls="${container.id}"]`)) {
    button.hidden = false
    button.addEventListener('click', () => {
      if (button.dataset.diagramControl === 'whole') canvas.zoom('fit-viewport', 'auto')
      else canvas.zoom(canvas.zoom() * (button.dataset.diagramControl === 'larger' ? 1.25 : 0.8))
    })
  }
}

async function draw (page, container) {
  const status = container.querySelector('[data-diagram-status]')
  try {
    const answer = await fetch(container.dataset.diagram, { credentials: 'same-origin' })
    if (!answer.ok) throw new Error(String(answer.status))
    const viewer = new NavigatedViewer({ container })
    await viewer.importXML(await answer.text())
    mark(viewer, container)
    markChanges(viewer, container)
    markBands(viewer, container)
    showDueDates(viewer, container)
    showLeads(viewer, container)
    centre(viewer, container)
    label(container, container.dataset.label || 'Diagram of the pathway')
    buttons(viewer, page, container)
    if (status) status.remove()
    container.dataset.drawn = 'yes'
  } catch (problem) {
    console.warn(`No diagram: ${problem.message}`)
    if (status) status.textContent = 'The diagram could not be drawn. The list on this page says the same.'
  }
}

for (const container of document.querySelectorAll('[data-diagram]')) draw(document, container)
