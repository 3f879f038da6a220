// Keeps what has been typed: a form with data-draft="<address>" is sent there as it stands, unchecked,
// two seconds after the last change. A draft that somebody else has changed is never overwritten.
const PAUSE = 2000

function say (form, sentence) {
  const place = form.querySelector('[data-draft-status]')
  if (place) place.textContent = sentence
}

async function save (form, state) {
  if (state.saving || state.stopped) return
  state.saving = true
  state.changed = false
  const body = new FormData(form)
  try {
    const answer = await fetch(form.dataset.draft, {
      method: 'POST', body, credentials: 'same-origin', headers: { Accept: 'application/json' }
    })
    const said = await answer.json()
    if (answer.ok) {
      const version = form.querySelector('input[name="draft_version"]')
      if (version && said.version !== undefined) version.value = said.version
    } else {
      state.stopped = answer.status !== 503
    }
    say(form, said.sentence || 'Your answers could not be saved. Select ‘Save and come back later’ to try again.')
  } catch {
    say(form, 'No connection: your answers are not saved yet. They stay on this page.')
    state.changed = true
  } finally {
    state.saving = false
  }
  if (state.changed && !state.stopped) schedule(form, state)
}

function schedule (form, state) {
  state.changed = true
  clearTimeout(state.timer)
  state.timer = setTimeout(() => save(form, state), PAUSE)
}

export function keepDrafts (page) {
  for (const form of page.querySelectorAll('form[data-draft]')) {
    const state = { saving: false, changed: false, stopped: false, timer: undefined }
    form.addEventListener('input', () => schedule(form, state))
    form.addEventListener('submit', () => { clearTimeout(state.timer); state.stopped = true })
  }
}
