/** Why a file is left as it is: the message goes behind its name, the advice is a sentence of its own. */
export class LeftAlone extends Error {
  advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}
