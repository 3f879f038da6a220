// One press for what most often is the day: Today and Yesterday beside dates that must lie in the past.
// The server says which day it is; without a script the boxes are filled in by hand, or "today" is typed into the first.
function dayBefore (on) {
  const before = new Date(on)
  before.setUTCDate(before.getUTCDate() - 1)
  return before
}

function fill (group, on) {
  const parts = { day: on.getUTCDate(), month: on.getUTCMonth() + 1, year: on.getUTCFullYear() }
  for (const [part, value] of Object.entries(parts)) {
    const box = group.querySelector(`input[name$="-${part}"]`)
    if (!box) continue
    box.value = value
    box.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const time = group.querySelector('input[name$="-time"]')
  if (time) time.focus()
}

export function offerDays (page) {
  for (const group of page.querySelectorAll('[data-today]')) {
    const today = new Date(`${group.dataset.today}T00:00:00Z`)
    const legend = group.closest('fieldset')?.querySelector('legend')?.textContent.trim()
    const row = document.createElement('div')
    row.className = 'app-days'
    for (const [words, on] of [['Today', today], ['Yesterday', dayBefore(today)]]) {
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 'app-link-button govuk-body-s'
      button.textContent = words
      if (legend) {
        const more = document.createElement('span')
        more.className = 'govuk-visually-hidden'
        more.textContent = `: ${legend}`
        button.append(more)
      }
      button.addEventListener('click', () => fill(group, on))
      row.append(button)
    }
    group.after(row)
  }
}
