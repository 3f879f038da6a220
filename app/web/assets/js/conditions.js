// Shows a question only while the answer it depends on is given: data-shown-when="field", with
// data-operator "=" or "!=" and data-value. The server applies the same rule again to what is sent.

function answersOf (form, name) {
  const values = new FormData(form).getAll(name)
  return values.map(String)
}

export function isShown (question, form) {
  const given = answersOf(form, question.dataset.shownWhen)
  const same = given.includes(question.dataset.value)
  return question.dataset.operator === '!=' ? !same : same
}

export function showWhenAsked (page) {
  for (const form of page.querySelectorAll('form')) {
    const questions = [...form.querySelectorAll('[data-shown-when]')]
    if (!questions.length) continue
    const refresh = () => {
      for (const question of questions) question.hidden = !isShown(question, form)
    }
    form.addEventListener('change', refresh)
    refresh()
  }
}
