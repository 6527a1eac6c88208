//> Hone in JShell: the library is imported. Three lines to paste:
//>
//>   Philox random = new Philox(7, 0)
//>   random.permutation(10)
//>   random.split(1).uniform(0)
//>
import dev.hone.tensor.*
