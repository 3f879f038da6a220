// The questions of the panel: plain GOV.UK fields. A field is written into the drawing when it is left or chosen, so
// that one answer is one step back; what is typed at an expression is checked by the server meanwhile.
let number = 0

/** An element with attributes and children; texts are texts, never HTML. */
export function make (tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false && value != null) element.setAttribute(name, value)
  }
  element.append(...children.filter((one) => one != null && one !== ''))
  return element
}

function group (words, hint, box, ...more) {
  const id = `designer-${++number}`
  box.id = id
  const hintBox = hint ? make('div', { class: 'govuk-hint', id: `${id}-hint` }, hint) : null
  if (hintBox) box.setAttribute('aria-describedby', hintBox.id)
  return make('div', { class: 'govuk-form-group' }, make('label', { class: 'govuk-label govuk-label--s', for: id }, words), hintBox, box, ...more)
}

export function text (words, value, onChange, { hint, rows, list } = {}) {
  const box = rows
    ? make('textarea', { class: 'govuk-textarea', rows })
    : make('input', { class: 'govuk-input', type: 'text', list, autocomplete: 'off' })
  box.value = value
  box.addEventListener('change', () => onChange(box.value.trim()))
  return group(words, hint, box)
}

export function choice (words, value, options, onChange, { hint } = {}) {
  const known = options.some(([key]) => key === value)
  const all = known || !value ? options : [...options, [value, `${value} (not in the list)`]]
  const box = make('select', { class: 'govuk-select' }, ...all.map(([key, name]) => make('option', { value: key }, name)))
  box.value = value
  box.addEventListener('change', () => onChange(box.value))
  return group(words, hint, box)
}

export function tick (words, value, onChange, { hint } = {}) {
  const id = `designer-${++number}`
  const box = make('input', { class: 'govuk-checkboxes__input', type: 'checkbox', id })
  box.checked = value
  box.addEventListener('change', () => onChange(box.checked))
  return make('div', { class: 'govuk-form-group' },
    make('div', { class: 'govuk-checkboxes govuk-checkboxes--small' },
      make('div', { class: 'govuk-checkboxes__item' }, box,
        make('label', { class: 'govuk-label govuk-checkboxes__label', for: id }, words))),
    hint ? make('div', { class: 'govuk-hint' }, hint) : null)
}

/** An expression: `ask(kind, text)` gives {sentences, meaning}. Words that can follow are offered while typing. */
export function expression (words, value, kind, { ask, names, hint, rows = 2 }, onChange) {
  const box = make('textarea', { class: 'govuk-textarea app-designer-code', rows, spellcheck: 'false', autocomplete: 'off' })
  box.value = value
  const said = make('div', { class: 'app-designer-said', role: 'status' })
  const offers = make('div', { class: 'app-designer-offers' })
  let asked = 0
  let waiting
  const check = async () => {
    const mine = ++asked
    const answer = await ask(kind, box.value)
    if (mine !== asked || !answer) return
    const wrong = answer.sentences.length > 0
    box.classList.toggle('govuk-textarea--error', wrong)
    box.setAttribute('aria-invalid', String(wrong))
    said.className = wrong ? 'app-designer-said govuk-error-message' : 'app-designer-said govuk-hint'
    said.textContent = wrong ? answer.sentences.join(' ') : answer.meaning
  }
  const offer = () => {
    const begun = /[\w.]+$/.exec(box.value.slice(0, box.selectionStart))?.[0] || ''
    const found = begun.length < 2 ? [] : names().filter(({ name }) => name.toLowerCase().includes(begun.toLowerCase()) && name !== begun).slice(0, 6)
    offers.replaceChildren(...found.map(({ name, words: meaning }) => make('button', {
      type: 'button',
      class: 'app-link-button',
      on: {
        click: () => {
          const at = box.selectionStart
          const end = at - begun.length + name.length
          box.value = box.value.slice(0, at - begun.length) + name + box.value.slice(at)
          box.focus()
          box.setSelectionRange(end, end)
          offers.replaceChildren()
          box.dispatchEvent(new Event('input'))
        }
      }
    }, meaning ? `${name} (${meaning})` : name)))
  }
  box.addEventListener('input', () => {
    offer()
    clearTimeout(waiting)
    waiting = setTimeout(check, 400)
  })
  box.addEventListener('change', () => onChange(box.value.trim()))
  if (value) box.addEventListener('shown', check, { once: true })
  return group(words, hint, box, said, offers)
}

export function folded (words, open, ...fields) {
  const shown = ({ target }) => { // what nobody looks at is not asked about
    if (target.open) for (const box of target.querySelectorAll('textarea')) box.dispatchEvent(new Event('shown'))
  }
  return make('details', { class: 'govuk-details', open: open || false, on: { toggle: shown } },
    make('summary', { class: 'govuk-details__summary' }, make('span', { class: 'govuk-details__summary-text' }, words)),
    make('div', { class: 'govuk-details__text' }, ...fields))
}
