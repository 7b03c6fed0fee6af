import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** A page's HTML: one script, one style sheet, nothing inline, nothing from elsewhere; images are those that it draws itself. */
export function pageHtml(webview: vscode.Webview, extension: vscode.Uri, page = 'webview'): string {
  const nonce = randomBytes(16).toString('base64');
  const resource = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; img-src data:`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MapLens</title>
<link rel="stylesheet" href="${resource(`${page}.css`)}">
</head>
<body>
<main id="root"></main>
<script nonce="${nonce}" src="${resource(`${page}.js`)}"></script>
</body>
</html>`;
}
