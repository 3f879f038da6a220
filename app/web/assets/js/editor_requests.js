// What the editors of the workbench send to the server: JSON, under the form token of the page.
const KEPT = { credentials: 'same-origin', headers: { Accept: 'application/json' } }

export const send = (page, address, body) => fetch(address, {
  ...KEPT,
  method: 'POST',
  body: JSON.stringify(body),
  headers: { ...KEPT.headers, 'Content-Type': 'application/json', 'X-CSRFToken': page.dataset.token }
})

/** The same, and once more where the token of the page has been replaced: somebody signed in again in another tab. */
export async function sendAgain (page, address, body) {
  const answer = await send(page, address, body)
  if (answer.status !== 400) return answer
  const renewed = await fetch('/session/token', KEPT)
  if (!renewed.ok) return answer
  page.dataset.token = (await renewed.json()).csrf_token
  return send(page, address, body)
}
