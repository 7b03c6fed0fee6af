// The extension-host suite in a downloaded VS Code. `npm run test:e2e` runs the same suite without the download.
import { defineConfig } from '@vscode/test-cli';

export default defineConfig({
  files: '.cache/tests/maplens.test.cjs',
  workspaceFolder: 'samples/FrameGrabber',
  launchArgs: ['--disable-extensions'],
  mocha: { ui: 'tdd', timeout: 60000 },
});
