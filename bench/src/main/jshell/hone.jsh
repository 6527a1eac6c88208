//> Hone in JShell: the library is imported. Paste to try it:
//>
//>   new Philox(7)
//>
import dev.hone.tensor.*
