import { defineConfig, mergeConfig } from 'vitest/config';
import everything from '../../vitest.config';

export default mergeConfig(everything, defineConfig({ test: { dir: 'test/unit/rules' } }));
