// When something is due: a rule of the profiles in its own words, and what it is counted from. Whatever is worked out
// in another way is shown as it is and changed under "Advanced".
import { choice, make, text } from './fields.js'

const RULE = /^deadline\(\s*(["'])([\w.]+)\1\s*,\s*(now\(\)|[\w.]+|fact\((["'])\w+\4\))\s*\)$/
const NONE = ''
const OTHER = '-'

export function readDue (written) {
  const found = RULE.exec(written)
  if (!written) return { rule: NONE, from: '' }
  return found ? { rule: found[2], from: found[3] } : { rule: OTHER, from: '' }
}

export const writeDue = (rule, from) => `deadline("${rule}", ${from || 'now()'})`

export function dueFields (written, words, { known, none, onChange }) {
  const { rule, from } = readDue(written)
  const rules = known.rules.map((one) => [one.key, `${one.title}: ${one.words}`])
  const first = none ? [[NONE, none]] : written ? [] : [[NONE, 'Choose when']]
  const other = rule === OTHER ? [[OTHER, 'Worked out in another way (see Advanced)']] : []
  const list = make('datalist', { id: 'designer-names' }, ...known.names.map(({ name, words: meaning }) => make('option', { value: name }, meaning)))
  const chosen = known.rules.find((one) => one.key === rule)
  return [
    list,
    choice('When it is due', rule, [...first, ...other, ...rules], (key) => {
      if (key === OTHER) return
      onChange(key ? writeDue(key, from) : '')
    }),
    chosen
      ? text('Counted from', from, (value) => onChange(writeDue(rule, value)), { list: 'designer-names', hint: `This limit counts from: ${chosen.counted_from}.` })
      : null,
    words ? make('p', { class: 'govuk-body-s app-designer-due' }, words) : null
  ]
}
