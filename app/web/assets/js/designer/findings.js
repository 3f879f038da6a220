// What the server's checks found: a sign at the element, the sentence in the panel, and all of them as a list.
import { make } from './fields.js'

const OVERLAY = 'finding'
const BADGE = 'due'

export const standing = (findings) => findings.filter((one) => !one.waived)

export function findingsOf (findings, id, onAccept) {
  return findings.filter((one) => one.element === id).map((finding) => {
    const stops = finding.severity === 'error'
    const words = finding.waived ? 'Accepted' : stops ? 'Stops publishing' : 'To think about'
    const box = make('div', { class: `app-designer-finding${stops && !finding.waived ? ' app-designer-finding--error' : ''}` },
      make('p', { class: 'govuk-body-s' }, make('strong', {}, `${words}: `), finding.sentence, finding.waived ? ` Accepted because: ${finding.waived}` : ''))
    if (finding.may_be_waived) box.append(acceptance(finding, onAccept))
    return box
  })
}

function acceptance (finding, onAccept) {
  const id = `accept-${finding.element}-${finding.rule}`
  const reason = make('input', { class: 'govuk-input', type: 'text', id, maxlength: 500, autocomplete: 'off' })
  const accept = () => {
    const words = reason.value.replace(/\s+/g, ' ').trim()
    if (words) onAccept(finding, words)
    else reason.focus()
  }
  return make('details', { class: 'app-designer-accept' },
    make('summary', {}, 'Accept it with a reason'),
    make('label', { class: 'govuk-label', for: id }, 'Why it is right here'), reason,
    make('button', { type: 'button', class: 'govuk-button govuk-button--secondary', on: { click: accept } }, 'Accept'))
}

/** Signs and due words on the drawing. */
export function drawSigns (modeler, findings, due) {
  const overlays = modeler.get('overlays')
  const registry = modeler.get('elementRegistry')
  overlays.remove({ type: OVERLAY })
  overlays.remove({ type: BADGE })
  const byElement = Map.groupBy ? Map.groupBy(standing(findings), ({ element }) => element) : group(standing(findings))
  for (const [id, found] of byElement) {
    const element = registry.get(id)
    if (!element || !element.parent) continue
    const stops = found.some(({ severity }) => severity === 'error')
    const sign = make('span', { class: `app-designer-sign${stops ? ' app-designer-sign--error' : ''}`, title: found.map(({ sentence }) => sentence).join('\n') }, stops ? '!' : '?')
    overlays.add(id, OVERLAY, { position: element.waypoints ? { top: -8, left: 0 } : { top: -10, right: 10 }, html: sign, scale: { min: 0.7 } })
  }
  for (const [id, words] of Object.entries(due)) {
    const element = registry.get(id)
    if (element) overlays.add(id, BADGE, { position: { bottom: element.height > 50 ? 2 : -2, left: element.height > 50 ? 2 : -20 }, html: make('span', { class: 'app-designer-badge', title: words }, words), show: { minZoom: 0.45 } })
  }
}

function group (findings) {
  const found = new Map()
  for (const one of findings) found.set(one.element, [...(found.get(one.element) || []), one])
  return found
}

/** All of them, to choose from. */
export function listFindings (place, findings, onChoose) {
  const open = standing(findings)
  place.querySelector('[data-count]').textContent = open.length === 0 ? 'Nothing is found.' : open.length === 1 ? '1 finding' : `${open.length} findings`
  place.querySelector('ul').replaceChildren(...open.map((one) => make('li', {},
    make('button', { type: 'button', class: 'app-link-button', on: { click: () => onChoose(one.element) } }, one.name || one.element),
    make('span', {}, ` ${one.severity === 'error' ? 'Stops publishing: ' : ''}${one.sentence}`))))
}
