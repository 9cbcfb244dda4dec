import './board.css';

export default function Board() {
  return <p className="board">{import.meta.env.VITE_TITLE}: доска</p>;
}
