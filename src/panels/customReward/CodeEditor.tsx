import { useEffect, useRef } from 'react';
import { javascript } from '@codemirror/lang-javascript';
import { syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { basicSetup } from 'codemirror';

interface CodeEditorProps {
  readonly label: string;
  readonly code: string;
  readonly onChange: (code: string) => void;
  /** Ctrl or Cmd + Enter. */
  readonly onRun: () => void;
}

/** CodeMirror with JavaScript's colours from the page's own tokens. Tab leaves it, as any field. */
export default function CodeEditor({ label, code, onChange, onRun }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const handlers = useRef({ onChange, onRun });
  useEffect(() => {
    handlers.current = { onChange, onRun };
  });
  useEffect(() => {
    if (!place.current) return;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        extensions: [
          keymap.of([{ key: 'Mod-Enter', run: () => (handlers.current.onRun(), true) }]),
          basicSetup,
          javascript(),
          syntaxHighlighting(classHighlighter),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [label]);
  // The text may be replaced from outside: an example, a term of the recipe.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === code) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: code } });
  }, [code, label]);
  return <div className="cr-editor" ref={place} data-testid="custom-code" />;
}
