// What can be put into a form is what our pages can show, in the words of our pages, one part below the other.
import { iconsByType } from '@bpmn-io/form-js-viewer'

/** What form-js does of itself to a part when another of its settings is changed: it would lose what we store. */
export const whatIsOurs = {
  propertiesPanel: ['value', {}],
  validateBehavior: ['value', null],
  optionsSourceBehavior: ['value', null]
}

/** The palette offers these kinds; a form that came with others is shown, and the checks name what is wrong with it. */
export function ourKindsOnly (editor, kinds) {
  const fields = editor.get('formFields')
  const factory = editor.get('fieldFactory')
  const all = fields._formFields
  const offered = {}
  for (const { kind, name, made } of kinds) {
    const { config } = all[made.type]
    offered[kind] = { config: { ...config, type: kind, name, icon: iconsByType(made.type) } }
  }
  fields.get = (type) => all[type]
  fields._formFields = offered
  const create = factory.create.bind(factory)
  factory.create = (given, isNew = true) => {
    const ours = isNew && !given.id && kinds.find(({ kind }) => kind === given.type)
    return create(ours ? { ...given, ...structuredClone(ours.made) } : given, isNew)
  }
}

/** A press on a kind puts it at the end of the form: by mouse, by Enter and by the space bar. Dragging puts it anywhere. */
export function addByPress (editor, palette, afterKey) {
  const add = (type) => {
    const { schema } = editor._getState()
    editor.get('modeling').addFormField({ type }, schema, schema.components.length)
  }
  palette.addEventListener('click', (event) => {
    const kind = event.target.closest('[data-field-type]')
    if (kind) add(kind.dataset.fieldType)
  })
  palette.addEventListener('keydown', (event) => {
    const kind = event.target.closest('[data-field-type]')
    if (!kind || ![' ', 'Enter'].includes(event.key)) return
    event.preventDefault() // form-js would take the same press for one on the new part
    event.stopImmediatePropagation()
    add(kind.dataset.fieldType)
    afterKey()
  }, true)
}

/** Our pages have one question below the other: nothing is put beside anything. */
export function asOurPages (editor) {
  const alone = () => ({ row: editor.get('formLayouter').nextRowId(), columns: null })
  editor.on('commandStack.formField.add.preExecute', 2000, ({ context }) => { context.formField.layout = alone() })
  editor.on('commandStack.formField.move.preExecute', 2000, ({ context }) => { context.targetRow = null })
}
