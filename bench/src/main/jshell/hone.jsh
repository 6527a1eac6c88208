//> Hone in JShell: the library is imported. Three examples to paste:
//>
//>   Backend cpu = CpuBackendProvider.withThreads(2)
//>   Tensor.of(cpu, Shape.of(2, 2), 1, 2, 3, 4).matmul(Tensor.ones(cpu, Shape.of(2, 1)))
//>   Summary.of(ResNet.cifar(20, 10, Random.of(cpu, 1)), Shape.of(1, 3, 32, 32))
//>
//> docs/walkthrough.md leads from here to one ICP step.
import dev.hone.autograd.*
import dev.hone.icp.*
import dev.hone.icp.distill.*
import dev.hone.kernels.cpu.*
import dev.hone.nn.*
import dev.hone.nn.loss.*
import dev.hone.nn.model.*
import dev.hone.nn.optim.*
import dev.hone.tensor.*
import dev.hone.tensor.Random
import dev.hone.tensor.backend.*
