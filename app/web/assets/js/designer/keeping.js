// What other programs have written into a drawing stays when an element is copied or changes what it is: the library
// copies only what it has a description of. (Opening and saving keeps everything by itself.)
function copied (moddle, one) {
  const { $type, $children, $body } = one
  const attributes = Object.fromEntries(Object.entries(one).filter(([name]) => !name.startsWith('$')))
  const made = moddle.createAny($type, one.$descriptor?.ns?.uri, attributes)
  if ($body !== undefined) made.$body = $body
  if ($children) made.$children = $children.map((child) => Object.assign(copied(moddle, child), { $parent: made }))
  return made
}

function Keeping (eventBus, moddle) {
  eventBus.on('moddleCopy.canCopyProperty', 2000, ({ property, parent }) => {
    if (!property?.$type || Array.isArray(property) || !moddle.getElementDescriptor(property)?.isGeneric) return
    return Object.assign(copied(moddle, property), { $parent: parent })
  })
  eventBus.on('moddleCopy.canCopyProperties', 2000, ({ sourceElement, targetElement }) => {
    for (const [name, value] of Object.entries(sourceElement.$attrs || {})) {
      if (!name.startsWith('xmlns') && !(name in targetElement.$attrs)) targetElement.$attrs[name] = value
    }
  })
}
Keeping.$inject = ['eventBus', 'moddle']

export default { __init__: ['keeping'], keeping: ['type', Keeping] }
