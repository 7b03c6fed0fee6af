import { Component } from 'preact';
import type { ComponentChildren } from 'preact';
import { host } from './page-host';

interface Props {
  /** Another one is another try. */
  readonly of: unknown;
  readonly children: ComponentChildren;
}

/** Shows what it holds; where that can't be drawn, says so and logs why, until it holds something else. */
export class Guard extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: Error): void {
    host.postMessage({ type: 'failed', reason: error.stack ?? error.message });
  }

  override componentDidUpdate(before: Props): void {
    if (this.state.failed && before.of !== this.props.of) this.setState({ failed: false });
  }

  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return (
      <section class="problem" role="status">
        <h2>This step could not be drawn</h2>
        <p>
          That is a mistake in MapLens. The log of “MapLens Client” in the Output view says more; the list of steps
          still works.
        </p>
      </section>
    );
  }
}
