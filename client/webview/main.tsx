import { render } from 'preact';
import { pictureStyle } from '../../sim/picture/style';
import { App } from './app';
import { host } from './page-host';
import './style.css';

window.addEventListener('error', (event) => host.postMessage({ type: 'failed', reason: event.message }));

// The pictures' style sheet is shared with the command line's SVG; the page's policy allows no inline style element.
const sheet = new CSSStyleSheet();
sheet.replaceSync(pictureStyle);
document.adoptedStyleSheets = [sheet];

const root = document.getElementById('root');
if (root) render(<App />, root);
