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

/** What a limit can be counted from, in words. */
const times = (names) => [
  ['now()', 'The moment when this step begins'],
  ...names.filter(({ is_time: isTime }) => isTime).map(({ name, words }) => [name, words ? words[0].toUpperCase() + words.slice(1) : name.replaceAll('_', ' ')])
]

/** What a limit is counted from in other pathways, where this one knows it too; else its only moment. */
export function likelyStart (known, key) {
  const here = known.names.filter(({ is_time: isTime }) => isTime).map(({ name }) => name)
  const usual = (known.rules.find((one) => one.key === key)?.starts || []).find((name) => here.includes(name))
  return usual || (here.length === 1 ? here[0] : '')
}

export function dueFields (written, words, { known, none, onChange }) {
  const { rule, from } = readDue(written)
  const rules = known.rules.map((one) => [one.key, `${one.title}: ${one.words}`])
  const first = none ? [[NONE, none]] : written ? [] : [[NONE, 'Choose when']]
  const other = rule === OTHER ? [[OTHER, 'Worked out in another way (see Advanced)']] : []
  const chosen = known.rules.find((one) => one.key === rule)
  return [
    choice('When it is due', rule, [...first, ...other, ...rules], (key) => {
      if (key === OTHER) return
      onChange(key ? writeDue(key, from || likelyStart(known, key)) : '')
    }),
    chosen
      ? choice('Counted from', from.replaceAll('"', "'"), times(known.names), (value) => onChange(writeDue(rule, value)), { hint: `The limit is meant to count from: ${chosen.counted_from}.` })
      : null,
    words ? make('p', { class: 'govuk-body-s app-designer-due' }, words) : null
  ]
}

const LENGTH = /^(["']?)P(?:(\d+)([DWM])|T(\d+)(H))\1$/
const UNITS = [['D', 'days'], ['W', 'weeks'], ['M', 'months'], ['H', 'hours']]

/** A length of time as a number and a unit; one that is worked out in another way stands under "Advanced". */
export function lengthFields (written, onChange) {
  const [, , days, unitOfDays, number = days, unit = unitOfDays] = LENGTH.exec(written) || []
  if (!number && written) return [make('p', { class: 'govuk-body-s' }, 'How long is worked out in another way (see Advanced).')]
  const write = (much, what) => { if (/^\d+$/.test(much)) onChange(what === 'H' ? `"PT${much}H"` : `"P${much}${what}"`) }
  return [
    text('How many', number || '', (value) => write(value, unit || 'D')),
    choice('Of what', unit || 'D', UNITS, (value) => write(number || '1', value), { hint: 'Every day of the calendar counts. For working days choose a time limit.' })
  ]
}
