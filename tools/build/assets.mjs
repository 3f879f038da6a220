// Bundles app/web/assets (sources) into app/web/static (built, not in git): hashed names and a manifest.
// The vendors' stylesheets are rewritten on the way in: no GDS Transport and no crest, because this service
// is not on GOV.UK, and pictures from their packages instead of /assets/.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const sources = path.join(root, 'app/web/assets')
const target = path.join(root, 'app/web/static')

const FONT = '"Helvetica Neue",Helvetica,Arial,sans-serif'

/** A vendor's stylesheet as this service may use it. */
function withoutBranding (css) {
  return css
    .replace(/@font-face\{[^}]*GDS Transport[^}]*\}/g, '')
    .replace(/font-family:"?GDS Transport"?,arial,sans-serif/g, `font-family:${FONT}`)
    .replace(/url\(\/assets\/images\/govuk-crest\.svg\)/g, 'none')
    .replace(/url\(\/assets\/images\//g, 'url(./assets/images/')
    .replace(/screen\\0 and/g, '(width: 0) and') // a rule for Internet Explorer alone
    .replace(/content:\s*url\('data:[^']*'\)/g, "content: '›'")
    .replace(/url\("data:(?:[^"\\]|\\.)*"\)|url\(data:[^)]*\)/g, 'none') // pictures that our security policy would refuse
}

const vendorStyles = {
  name: 'vendor-styles',
  setup (builder) {
    builder.onLoad({ filter: /(govuk-frontend\.min|moj-frontend\.min|assets\/bpmn-js|swagger-ui)\.css$/ }, async ({ path: file }) => ({
      contents: withoutBranding(await readFile(file, 'utf8')),
      loader: 'css',
      resolveDir: path.dirname(file)
    }))
  }
}

// What is left out of the form editor: its panel, which is the larger half, brings editors of its own and breaks our
// security policy (ours stands in its place), and an empty picture from a data address.
const LEFT_OUT = [
  [/var ArrowIcon = function[\s\S]*?\nconst PropertiesPanelModule = \{[\s\S]*?\n\};\n/, ''],
  [/\bMarkdownRendererModule, PropertiesPanelModule, /, 'MarkdownRendererModule, '],
  [/export \{ ContextPadModule, FormEditor,[^}]*\};/, 'export { FormEditor };'],
  [/img\.src = 'data:[^']*';/, '']
]

// Days and times on the form editor's canvas as our pages have them, whatever language the browser speaks.
const AS_HERE = [
  [/function getLocaleDateFormat\(locale = 'default'\)/, "function getLocaleDateFormat(locale = 'en-GB')"],
  [/\buse24h = false,/, 'use24h = true,']
]

const withoutTheirPanel = {
  name: 'without-their-panel',
  setup (builder) {
    for (const [filter, changes] of [[/form-js-editor\/dist\/index\.es\.js$/, LEFT_OUT], [/form-js-viewer\/dist\/index\.es\.js$/, AS_HERE]]) {
      builder.onLoad({ filter }, async ({ path: file }) => {
        let contents = await readFile(file, 'utf8')
        for (const [theirs, ours] of changes) {
          if (!theirs.test(contents)) throw new Error(`form-js has changed: ${theirs} is no longer in it`)
          contents = contents.replace(theirs, ours)
        }
        return { contents, loader: 'js' }
      })
    }
    builder.onResolve({ filter: /^(@codemirror\/|@bpmn-io\/feel(ers)?-editor$)/ }, async ({ path: name, pluginData, ...from }) => {
      if (pluginData === 'asked') return null
      const found = await builder.resolve(name, { importer: from.importer, kind: from.kind, resolveDir: from.resolveDir, pluginData: 'asked' })
      return { ...found, sideEffects: false } // only their panel needs it
    })
  }
}

/** The bundles: what a page asks for by name, and where it starts. */
export const ENTRIES = {
  app: 'js/app.js',
  viewer: 'js/viewer.js',
  designer: 'js/designer.js',
  form_designer: 'js/form_designer.js',
  api_manual: 'js/api_manual.js',
  site: 'css/site.css',
  diagram: 'css/diagram.css',
  designer_style: 'css/designer.css',
  form_designer_style: 'css/form_designer.css',
  manual: 'css/manual.css',
  api_manual_style: 'css/api_manual.css',
  favicon: 'images/favicon.svg'
}

async function bundle () {
  await rm(target, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  const entryPoints = Object.entries(ENTRIES).map(([out, file]) => ({ out, in: path.join(sources, file) }))
  const result = await build({
    entryPoints,
    absWorkingDir: root,
    nodePaths: [path.join(root, 'node_modules')],
    outdir: target,
    entryNames: '[name]-[hash]',
    assetNames: 'images/[name]-[hash]',
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: ['chrome109', 'firefox115', 'safari16.4'],
    loader: { '.svg': 'copy', '.png': 'copy', '.woff': 'copy', '.woff2': 'copy', '.ttf': 'empty', '.eot': 'empty' },
    legalComments: 'linked',
    logLevel: 'warning',
    plugins: [vendorStyles, withoutTheirPanel]
  })
  const manifest = {}
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const name = Object.keys(ENTRIES).find((key) => entryPoint && entryPoint.endsWith(ENTRIES[key]))
    if (name) manifest[name + path.extname(output)] = path.basename(output)
  }
  for (const [key, file] of Object.entries(ENTRIES)) {
    const name = key + path.extname(file)
    if (!manifest[name]) throw new Error(`The build made no ${name}`)
  }
  await copyFile(path.join(sources, 'maintenance.html'), path.join(target, 'maintenance.html'))
  await writeFile(path.join(target, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
  return manifest
}

console.log(await bundle())
