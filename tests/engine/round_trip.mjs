// Reads drawings as the modeller reads them, touches a step of each, and writes them again: JSON lists of texts in and out.
import { readFileSync } from 'node:fs'
import { BpmnModdle } from 'bpmn-moddle'

const descriptor = new URL('../../app/web/assets/js/designer/spiffworkflow.json', import.meta.url)
const moddle = new BpmnModdle({ spiffworkflow: JSON.parse(readFileSync(descriptor, 'utf8')) })
const written = []
for (const text of JSON.parse(readFileSync(0, 'utf8'))) {
  const { rootElement } = await moddle.fromXML(text)
  const processes = rootElement.rootElements.filter((one) => one.$type === 'bpmn:Process')
  const step = processes.flatMap((one) => one.flowElements || [])[0]
  if (step) step.name = 'Touched'
  written.push((await moddle.toXML(rootElement, { format: true })).xml)
}
process.stdout.write(JSON.stringify(written))
