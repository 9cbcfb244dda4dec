import '@fontsource/pt-sans/400.css';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import logo from './logo.svg';
import './style.css';

const Board = lazy(() => import('./Board.jsx'));

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <img src={logo} alt="" width="32" />
    <h1>{import.meta.env.VITE_TITLE}</h1>
    <Suspense fallback="…">
      <Board />
    </Suspense>
  </StrictMode>,
);
