// A button that prints appears only where a script can press it.
export function offerPrinting (page) {
  for (const button of page.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => window.print())
  }
}
