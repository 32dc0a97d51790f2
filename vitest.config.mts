import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    include: ['js/tests/**/*.test.ts'],
    setupFiles: ['js/tests/setup.ts'],
    // JupyterLab's packages import style sheets and icons that Node cannot.
    server: {
      deps: { inline: [/@jupyter/, /@jupyterlab/, /@jupyter-widgets/, /@microsoft/, /@lumino/] }
    }
  }
});
