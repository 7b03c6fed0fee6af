declare module '*.h' {
  const text: string;
  export default text;
}
