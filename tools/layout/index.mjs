// node tools/layout/index.mjs [--effort quick|normal|best] FILE...   Draws or tidies BPMN files in place.
import { readFile, writeFile } from 'node:fs/promises';
import { EFFORTS, layOut } from './layout.mjs';

const words = process.argv.slice(2), flag = words.indexOf('--effort');
const [, effort] = flag < 0 ? [null, 'normal'] : words.splice(flag, 2);
if (!EFFORTS[effort] || !words.length) {
  console.error('Usage: node tools/layout/index.mjs [--effort quick|normal|best] FILE...');
  process.exit(2);
}
for (const file of words) {
  try {
    const { xml, bends, crossings, unrouted } = await layOut(await readFile(file, 'utf8'), EFFORTS[effort]);
    await writeFile(file, xml);
    console.log(`${file}: ${bends} bends, ${crossings} crossings${unrouted ? `, ${unrouted} flows without a way` : ''}`);
    if (unrouted) process.exitCode = 1;
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
  }
}
