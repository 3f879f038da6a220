// Shows a question only while the answers before it ask for it. data-hidden-when holds the conditions of the form
// file as JSON; any of them hides. The server applies the same conditions again to what is sent.

const isEmpty = (answer) => answer === null || answer === '' || (Array.isArray(answer) && !answer.length)

/** The answer to a question as the server would read it; null when it is not asked or not answered. */
function answerTo (form, name) {
  const inputs = [...form.elements].filter((input) => input.name === name || input.name.startsWith(`${name}-`))
  const asked = inputs.filter((input) => !input.closest('[data-hidden-when][hidden]'))
  if (!asked.length) return null
  if (asked[0].type === 'checkbox') {
    const chosen = asked.filter((input) => input.checked).map((input) => input.value)
    return asked.length === 1 && asked[0].value === 'true' ? chosen.length === 1 : chosen
  }
  if (asked[0].type === 'radio') {
    const chosen = asked.find((input) => input.checked)
    return chosen ? chosen.value : null
  }
  return asked.map((input) => input.value.trim()).join('') || null
}

function holds (test, form) {
  const answer = answerTo(form, test.field)
  if (test.operator === 'contains' || test.operator === 'lacks') {
    return (Array.isArray(answer) && answer.includes(test.value)) === (test.operator === 'contains')
  }
  const same = test.value === null ? isEmpty(answer) : !isEmpty(answer) && String(answer) === String(test.value)
  return same === (test.operator === '=')
}

function isHidden (question, form) {
  return JSON.parse(question.dataset.hiddenWhen).some(({ joined, tests }) => (
    joined === 'or' ? tests.some((test) => holds(test, form)) : tests.every((test) => holds(test, form))
  ))
}

export function showWhenAsked (page) {
  for (const form of page.querySelectorAll('form')) {
    const questions = [...form.querySelectorAll('[data-hidden-when]')]
    if (!questions.length) continue
    const refresh = () => {
      for (const question of questions) question.hidden = isHidden(question, form)
    }
    form.addEventListener('change', refresh)
    form.addEventListener('input', refresh)
    refresh()
  }
}
