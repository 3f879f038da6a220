// When a way is taken: an answer that was given before, chosen from a list. Whatever is decided in another way is shown
// in words and changed under "Advanced".
import { choice } from './fields.js'

const ASKED = /^([\w.]+)\s*(==|!=)\s*(True|False|"[^"]*")$/
const OTHER = '-'
const capital = (words) => words[0].toUpperCase() + words.slice(1)

export function readChoice (written) {
  const [, name = '', sign = '==', answer = ''] = ASKED.exec(written.trim()) || []
  return { name, sign, answer }
}

export function choiceFields (written, names, onChange) {
  const asked = names.filter(({ answers }) => answers.length)
  const { name, sign, answer } = readChoice(written)
  const chosen = asked.find((one) => one.name === name)
  const first = written && !chosen ? [OTHER, 'Something else (see Advanced)'] : ['', 'Choose a question']
  const write = (question, way, given) => onChange(`${question} ${way} ${given}`)
  return [
    choice('Which answer decides', chosen ? name : first[0], [first, ...asked.map((one) => [one.name, capital(one.words || one.name)])], (key) => {
      const next = asked.find((one) => one.name === key)
      if (next) write(key, '==', next.answers[0][0])
    }, { hint: 'Questions that were asked before, at the start or in a step.' }),
    chosen
      ? choice('This way is taken when the answer', `${sign}${answer}`, chosen.answers.flatMap(([value, label]) => [[`==${value}`, `is ${label}`], [`!=${value}`, `is not ${label}`]]), (value) => write(name, value.slice(0, 2), value.slice(2)))
      : null
  ]
}
