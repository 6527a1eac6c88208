package dev.hone.datasets.fetch;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The published data sets. Sizes and SHA-256 sums are those of TensorFlow Datasets' list of
 * checksums; MD5 sums are the publishers' own. A mirror that serves anything else is refused, so
 * one more is no risk, and plain http is none either.
 */
public final class Catalogue {
  private static final String FASHION_HOME = "https://github.com/zalandoresearch/fashion-mnist";
  private static final String CIFAR_HOME = "https://www.cs.toronto.edu/~kriz/";
  private static final String CIFAR_LICENCE =
      "none stated; the publisher asks to cite the report (pictures from the withdrawn 80 Million"
          + " Tiny Images)";
  private static final String CIFAR_CITATION =
      "Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009";

  /** A mirror of several sets by the MindSpore project. */
  private static final String MINDSPORE =
      "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/";

  private static final List<Published> SETS =
      List.of(
          fashionMnist(),
          mnist(),
          cifar10(),
          cifar100("cifar100", 100, "fine labels"),
          cifar100("cifar100-coarse", 20, "coarse labels"),
          cub(),
          birds(),
          lsun());

  private Catalogue() {}

  /** All sets, those that train in minutes first. */
  public static List<Published> sets() {
    return SETS;
  }

  /** The set {@code name}. */
  public static Published of(String name) {
    return SETS.stream()
        .filter(set -> set.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "data: there is no data set '%s'; there are %s".formatted(name, names())));
  }

  private static String names() {
    return SETS.stream().map(Published::name).collect(Collectors.joining(", "));
  }

  private static Published fashionMnist() {
    String[] bases = {
      FASHION_HOME + "/raw/master/data/fashion/",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
    };
    return new Published(
        "fashion-mnist",
        "Fashion-MNIST",
        "Grey pictures of clothes, 28x28 (padded to 32x32). A balanced subset is embedded; the"
            + " fetched files are the whole set, read with --data-dir.",
        "60,000 + 10,000",
        10,
        "MIT, Zalando SE",
        "Xiao, Rasul, Vollgraf: Fashion-MNIST, arXiv 1708.07747, 2017",
        FASHION_HOME,
        "fashion-mnist",
        List.of(
            PublishedFile.of(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                bases),
            PublishedFile.of(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "25c81989df183df01b3e8a0aad5dffbe",
                bases),
            PublishedFile.of(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "bef4ecab320f06d8554ea6380940ec79",
                bases),
            PublishedFile.of(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                "bb300cfdad3c16e7a12a480ee83cd310",
                bases)),
        "");
  }

  private static Published mnist() {
    String[] bases = {
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/"
    };
    return new Published(
        "mnist",
        "MNIST",
        "Grey pictures of handwritten digits, 28x28 (padded to 32x32).",
        "60,000 + 10,000",
        10,
        "CC BY-SA 3.0, Y. LeCun and C. Cortes",
        "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition,"
            + " Proc. IEEE 86(11), 1998",
        "http://yann.lecun.com/exdb/mnist/",
        "mnist",
        List.of(
            PublishedFile.of(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                bases),
            PublishedFile.of(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                "d53e105ee54ea40749a09fcbcd1e9432",
                bases),
            PublishedFile.of(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                "9fb629c4189551a2d022fa330f9573f3",
                bases),
            PublishedFile.of(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                "ec29112dd5afa0611ce80d1b7f02629c",
                bases)),
        "");
  }

  private static Published cifar10() {
    return new Published(
        "cifar10",
        "CIFAR-10",
        "Colour pictures of things and animals, 32x32; the binary version.",
        "50,000 + 10,000",
        10,
        CIFAR_LICENCE,
        CIFAR_CITATION,
        CIFAR_HOME + "cifar.html",
        "cifar10",
        List.of(
            PublishedFile.of(
                "cifar-10-binary.tar.gz",
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                "c32a1d4ab5d03f1284b67883e8d87530",
                CIFAR_HOME,
                MINDSPORE)),
        "");
  }

  private static Published cifar100(String name, int classes, String labels) {
    return new Published(
        name,
        "CIFAR-100, " + labels,
        "Colour pictures of things and animals, 32x32; the binary version. cifar100 (100 classes)"
            + " and cifar100-coarse (20) are the same file.",
        "50,000 + 10,000",
        classes,
        CIFAR_LICENCE,
        CIFAR_CITATION,
        CIFAR_HOME + "cifar.html",
        "cifar100",
        List.of(
            PublishedFile.of(
                "cifar-100-binary.tar.gz",
                168_513_733,
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
                "03b5dce01913d631647c71ecec9e9cb8",
                CIFAR_HOME,
                MINDSPORE)),
        "");
  }

  private static Published cub() {
    return new Published(
        "cub200-2011",
        "Caltech-UCSD Birds-200-2011",
        "Photographs of birds with a box around each; cropped to the box and resized when read.",
        "5,994 + 5,794",
        200,
        "none stated; the pictures are from Flickr and their photographers', so non-commercial"
            + " research only, to be safe",
        "Wah, Branson, Welinder, Perona, Belongie: The Caltech-UCSD Birds-200-2011 Dataset,"
            + " CNS-TR-2011-001, 2011",
        "https://www.vision.caltech.edu/datasets/cub_200_2011/",
        "cub200-2011",
        List.of(
            PublishedFile.of(
                "CUB_200_2011.tgz",
                1_150_585_339,
                "0c685df5597a8b24909f6a7c9db6d11e008733779a671760afef78feb49bf081",
                "97eceeb196236b17998738112f37df78",
                "https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz?download=1",
                "https://s3.amazonaws.com/fast-ai-imageclas/CUB_200_2011.tgz")),
        "");
  }

  private static Published birds() {
    return new Published(
        "birds",
        "Birds of CUB-200-2010 at 64x64",
        "A small stand-in for CUB-200-2011, whose results must not be reported under that name: a"
            + " zip file with a folder of JPEGs for each species, or such a folder.",
        "6,033 in all",
        200,
        "none stated; the pictures are from Flickr and their photographers'",
        "Welinder et al.: Caltech-UCSD Birds 200, CNS-TR-2010-001, 2010",
        "https://www.vision.caltech.edu/datasets/",
        "birds",
        List.of(),
        "nobody publishes it at this size, so give your own copy with --data-dir");
  }

  private static Published lsun() {
    return new Published(
        "lsun",
        "LSUN scenes",
        "Photographs of ten kinds of places (bedroom, bridge, church_outdoor, classroom,"
            + " conference_room, dining_room, kitchen, living_room, restaurant, tower), an LMDB of"
            + " JPEGs for each.",
        "about 10 million + 3,000",
        10,
        "none stated; for research, the pictures are from the web",
        "Yu, Seff, Zhang, Song, Funkhouser, Xiao: LSUN, arXiv 1506.03365, 2015",
        "https://github.com/fyu/lsun",
        "lsun",
        List.of(),
        "its only server is often down and a kind of place is up to 46 GB, so fetch what you want by"
            + " hand (church_outdoor is 2.4 GB: curl -C - -O"
            + " http://dl.yf.io/lsun/scenes/church_outdoor_train_lmdb.zip), see that its SHA-256 is"
            + " 91128ae026840ac0c5982b4445ab5fc4e092d6847cca76793b2b1a0815c2e74a, unzip it, and give"
            + " the folder with --data-dir");
  }
}
