import type { CancellationToken, Connection } from 'vscode-languageserver';
import type { LanguageService, ScenarioEdit, ScenarioForm, ScenarioFormWords } from './features/service';
import { messages } from './protocol';
import type { EditScenarioParams, SimulateScenarioParams } from './protocol';

type Attempt = <T>(what: string, fallback: T, token: CancellationToken, work: () => T) => Promise<T>;

/** Answers what the panel's form asks. `textOf`: the scenario's text as the client has it. */
export function serveScenarioForms(
  connection: Connection,
  service: LanguageService,
  attempt: Attempt,
  textOf: (params: SimulateScenarioParams) => string | undefined,
): void {
  const failed = { ok: false, reason: 'MapLens failed inside; its log in the Output view says more' } as const;
  connection.onRequest(messages.scenarioForm, (params: SimulateScenarioParams, token: CancellationToken) =>
    attempt<ScenarioForm>('form', failed, token, () => service.scenarioForm(params.uri, textOf(params))),
  );
  connection.onRequest(messages.scenarioFormWords, (token: CancellationToken) =>
    attempt<ScenarioFormWords>('form', { verbs: [], options: {} }, token, () => service.scenarioFormWords()),
  );
  connection.onRequest(messages.editScenario, (params: EditScenarioParams, token: CancellationToken) =>
    attempt<ScenarioEdit>('edit', failed, token, () => service.editScenario(params.uri, params.action, textOf(params))),
  );
}
