/** The npm package name: the `_model_module` and `_view_module` of the Python widgets. */
export const MODULE_NAME = 'glow-widgets';

/** The version both halves must share; a test holds it equal to package.json's. */
export const MODULE_VERSION = '0.2.0';
