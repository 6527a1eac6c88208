package dev.hone.nn.weights;

/** What is wrong with a pickle, for the reader that knows its file's name. */
final class PickleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean refused;

  private static final int MAX_LENGTH = 300;

  /** The message may quote the file, which may hold a name of megabytes. */
  private PickleException(String message, boolean refused) {
    super(message.length() <= MAX_LENGTH ? message : message.substring(0, MAX_LENGTH) + "...");
    this.refused = refused;
  }

  /** It asks for more than tensors. */
  static PickleException refused(String what) {
    return new PickleException("refuses " + what, true);
  }

  /** It is damaged, or made to look so. */
  static PickleException damaged(String what) {
    return new PickleException(what, false);
  }

  /** As users get it. */
  WeightsException in(String file) {
    String message = String.valueOf(getMessage());
    return refused
        ? new WeightsException(
            file,
            message + ": only tensors are read",
            "nothing was run; if you trust the file, let PyTorch write its tensors alone:"
                + " torch.save(model.state_dict(), 'weights.pth')",
            this)
        : new WeightsException(
            file,
            "not a usable PyTorch file: " + message,
            "it may be damaged or incomplete: copy or download it again, or save it again with"
                + " torch.save(model.state_dict(), FILE)",
            this);
  }
}
