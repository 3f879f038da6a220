// A button that copies the text of a box. Without this script the text stands there to be selected by hand.
export function offerCopying (page) {
  for (const button of page.querySelectorAll('button[data-copy]')) {
    const box = page.getElementById(button.dataset.copy)
    const told = page.querySelector(`[data-copied="${button.dataset.copy}"]`)
    button.hidden = false
    button.addEventListener('click', async () => {
      box.select()
      try {
        await navigator.clipboard.writeText(box.value)
        told.textContent = 'Copied.'
      } catch {
        told.textContent = 'The text is selected: copy it with Ctrl+C.'
      }
    })
  }
}
