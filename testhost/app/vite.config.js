import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // each picture and font is a file of its own, as a site's larger ones are
  build: { assetsInlineLimit: 0, manifest: true },
});
