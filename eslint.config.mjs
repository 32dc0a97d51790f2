import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['js/lib/**'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    files: ['js/src/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/explicit-function-return-type': [
        'error',
        { allowExpressions: true, allowTypedFunctionExpressions: true }
      ],

      '@typescript-eslint/no-floating-promises': 'error',
      // Indices are checked by the loops around them.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      // Text is always set as text: a document can hold anything.
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Use textContent.' },
        { property: 'outerHTML', message: 'Use textContent.' },
        { property: 'insertAdjacentHTML', message: 'Use append.' }
      ]
    }
  },
  {
    files: ['js/tests/**/*.ts'],
    rules: {
      // A missing element fails the test, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Documents are taken apart to be broken on purpose.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-extraneous-class': 'off'
    }
  }
);
