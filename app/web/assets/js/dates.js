// Days in three boxes. One press for what most often is the day: Today and Yesterday beside dates of the past.
// The server says which day it is; without a script the boxes are filled in by hand, or "today" is typed into the first.
function dayBefore (on) {
  const before = new Date(on)
  before.setUTCDate(before.getUTCDate() - 1)
  return before
}

function fill (group, parts) {
  for (const [part, value] of Object.entries(parts)) {
    const box = group.querySelector(`input[name$="-${part}"]`)
    if (!box) continue
    box.value = value
    box.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

function choose (group, on) {
  fill(group, { day: on.getUTCDate(), month: on.getUTCMonth() + 1, year: on.getUTCFullYear() })
  const time = group.querySelector('input[name$="-time"]')
  if (time) time.focus()
}

// A day that is typed whole into the first box goes into the three, where people see it; the server takes it as well.
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october',
  'november', 'december']
const WHOLE = /^(\d{1,2})(?:st|nd|rd|th)?(?: of)?[\s./-]+(\d{1,2}|[a-z]{3,9})[\s.,/-]+(\d{4})$/

function numberOf (month) {
  return Number(month) || MONTHS.findIndex(name => name.startsWith(month)) + 1
}

export function partWholeDays (page) {
  page.addEventListener('change', ({ target }) => {
    const found = target.matches('input[name$="-day"]') && WHOLE.exec(target.value.trim().toLowerCase())
    const group = found && target.closest('.govuk-date-input')
    if (!group || !numberOf(found[2])) return
    fill(group, { day: Number(found[1]), month: numberOf(found[2]), year: found[3] })
  })
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
      button.addEventListener('click', () => choose(group, on))
      row.append(button)
    }
    group.after(row)
  }
}
