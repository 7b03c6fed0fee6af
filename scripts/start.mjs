// `npm start`: builds, checks the sample driver, runs two of its functions, and says how to go on.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sample = 'samples/FrameGrabber';

function run(title, args, allowed) {
  if (title) console.log(`\n${title}\n`);
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (error || !allowed.includes(status)) {
    console.error(`npm start: "node ${args.join(' ')}" failed${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
}

function maplens(...args) {
  run(`$ maplens ${args.join(' ')}`, ['dist/cli.js', ...args], [0, 1]);
}

run('', ['esbuild.mjs'], [0]);
maplens('check', sample);
maplens('simulate', `${sample}/FrameGrabber.cpp`, '--function', 'FrameGrabber::start');
maplens('simulate', `${sample}/FrameGrabber.cpp`, '--function', 'FrameGrabberClient::showHeader');

console.log(`
To see this in VS Code, with squiggles and the panel beside the code:

  code --extensionDevelopmentPath="${root.replace(/\/$/, '')}" ${sample}

or make a package with "npm run package" and install it with "code --install-extension maplens.vsix".
Then open FrameGrabber.cpp and run "MapLens: Show Mappings".
`);
