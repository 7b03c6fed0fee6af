import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    {
      // The API model's C++ headers are bundled as text, by esbuild and here alike.
      name: 'header-as-text',
      transform(code, id) {
        return id.endsWith('.h') ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined;
      },
    },
  ],
  test: {
    include: ['test/unit/**/*.test.ts', 'test/unit/**/*.test.tsx', 'test/conformance/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
