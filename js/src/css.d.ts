/** Style sheets are bundled into the stand-alone page as text. */
declare module '*.css' {
  const text: string;
  export default text;
}
