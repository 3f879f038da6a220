// Keeps what has been typed: a form with data-draft="<address>" is sent there as it stands, unchecked, two seconds after
// the last change. Without a connection, or with a session that has ended, it tries again until it is through. What
// somebody else has saved is never written over: both versions are then shown by "Save and come back later".
const PAUSE = 2000
const LONGEST_PAUSE = 30000
const WAIT_FOR_A_SAVE = 4000
export const RENEWED = 'throughcare:session-renewed'

const WORDS = {
  offline: 'Not saved: there is no connection. What you typed stands on this page and is saved as soon as you are back.',
  busy: 'Not saved yet. What you typed stands on this page; trying again.',
  ended: 'Not saved: you have been signed out. What you typed stands on this page.',
  other: 'Not saved: somebody else has signed in on this browser. Copy what you need.',
  signIn: 'Sign in in a new tab, then come back here'
}

function say (state, sentence, link) {
  if (!state.place || state.said === sentence) return
  state.said = sentence
  state.place.textContent = sentence
  if (!link) return
  const way = document.createElement('a')
  Object.assign(way, { href: link.href, target: '_blank', rel: 'noopener', className: 'govuk-link', textContent: link.words })
  state.place.append(' ', way)
}

/** Somebody signed in again in another tab: take their form token, if it is the same person. */
async function renew (form) {
  const answer = await fetch('/session/token', { credentials: 'same-origin', headers: { Accept: 'application/json' } })
  if (!answer.ok) return answer.status
  const { csrf_token: token, who } = await answer.json()
  const typedBy = form.querySelector('input[name="typed_by"]')
  if (typedBy && typedBy.value !== who) return 403
  for (const box of document.querySelectorAll('input[name="csrf_token"]')) box.value = token
  return 200
}

async function send (form) {
  return fetch(form.dataset.draft, {
    method: 'POST', body: new FormData(form), credentials: 'same-origin', headers: { Accept: 'application/json' }
  })
}

async function save (form, state) {
  if (state.saving || state.stopped) return
  state.saving = true
  state.changed = false
  let again = false
  try {
    let answer = await send(form)
    if (answer.status === 400) {
      const renewed = await renew(form)
      if (renewed === 200) answer = await send(form)
      else if (renewed === 403) { state.stopped = true; say(state, WORDS.other); return }
      else if (renewed === 401) answer = new Response('{}', { status: 401 })
    }
    if (answer.status === 401) {
      say(state, WORDS.ended, { href: '/sign-in', words: WORDS.signIn })
      again = true
    } else if (answer.status >= 500 || answer.status === 429) {
      say(state, WORDS.busy)
      again = true
    } else {
      const said = await answer.json()
      if (answer.ok) {
        const version = form.querySelector('input[name="draft_version"]')
        if (version && said.version !== undefined) version.value = said.version
        state.pause = PAUSE
        state.unsaved = state.changed
        document.dispatchEvent(new CustomEvent(RENEWED))
      } else {
        state.stopped = true
      }
      say(state, said.sentence + (answer.status === 409 ? ' Select “Save and come back later” to see both versions.' : ''))
    }
  } catch {
    say(state, WORDS.offline)
    again = true
  } finally {
    state.saving = false
    for (const waiting of state.waiting.splice(0)) waiting()
  }
  state.failed = again
  if (again) {
    state.changed = true
    state.pause = Math.min(state.pause * 2, LONGEST_PAUSE)
  }
  if (state.changed && !state.stopped) schedule(form, state)
}

function schedule (form, state, pause = state.pause) {
  state.changed = state.unsaved = true
  clearTimeout(state.timer)
  state.timer = setTimeout(() => save(form, state), pause)
}

/** A save under way is waited for, so that the form does not arrive with the number of the draft before. */
function sendAfterTheSave (event, form, state) {
  clearTimeout(state.timer)
  if (!state.saving) { state.stopped = true; state.unsaved = false; return }
  event.preventDefault()
  const submitter = event.submitter
  const go = () => {
    state.stopped = true
    state.unsaved = false
    if (submitter) form.requestSubmit(submitter)
    else form.requestSubmit()
  }
  const patience = setTimeout(() => { state.saving = false; state.waiting = []; go() }, WAIT_FOR_A_SAVE)
  state.waiting.push(() => { clearTimeout(patience); go() })
}

export function keepDrafts (page) {
  for (const form of page.querySelectorAll('form[data-draft]')) {
    const state = {
      saving: false, changed: false, unsaved: false, failed: false, stopped: false, pause: PAUSE, waiting: [], said: '',
      timer: undefined, place: form.querySelector('[data-draft-status]')
    }
    form.addEventListener('input', () => schedule(form, state, state.unsaved ? state.pause : PAUSE))
    form.addEventListener('change', () => schedule(form, state, state.unsaved ? state.pause : PAUSE))
    form.addEventListener('submit', (event) => sendAfterTheSave(event, form, state))
    const comeBack = () => { if (state.unsaved && !state.stopped) { state.pause = PAUSE; schedule(form, state, 0) } }
    window.addEventListener('online', comeBack)
    document.addEventListener('visibilitychange', () => { if (!document.hidden) comeBack() })
    window.addEventListener('beforeunload', (event) => { if (state.unsaved && (state.failed || state.stopped)) event.preventDefault() })
    window.addEventListener('pagehide', () => {
      if (state.unsaved && !state.stopped) navigator.sendBeacon(form.dataset.draft, new FormData(form))
    })
    form.isUnsaved = () => state.unsaved
  }
}

/** Whether something on this page has been typed and could not be saved yet. */
export function hasUnsaved (page) {
  return [...page.querySelectorAll('form[data-draft]')].some((form) => form.isUnsaved && form.isUnsaved())
}
