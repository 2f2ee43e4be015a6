package dev.weft.demo.app;

import java.util.List;

/** The shop's fixed assortment: everybody who knows an id knows what the right answer is. */
public final class Products {
  private static final List<String> NAMES =
      List.of("loom", "shuttle", "heddle", "reed", "bobbin", "spindle", "treadle", "warp beam");

  /** How many products there are; their ids are {@code p0}, {@code p1}, …. */
  public static final int COUNT = 1000;

  private Products() {}

  /** The id of the product at an index; any index is brought into range. */
  public static String id(int index) {
    return "p" + Math.floorMod(index, COUNT);
  }

  /** The index of an id, or -1 if there is no such product. */
  public static int index(String id) {
    if (!id.startsWith("p") || id.length() > 4) {
      return -1;
    }
    try {
      int index = Integer.parseInt(id, 1, id.length(), 10);
      return index >= 0 && index < COUNT && id(index).equals(id) ? index : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** The name of a product. */
  public static String name(int index) {
    return NAMES.get(Math.floorMod(index, NAMES.size())) + " no. " + Math.floorMod(index, COUNT);
  }

  /** The price of a product, in cents. */
  public static long priceCents(int index) {
    return 100 + 7L * Math.floorMod(index, COUNT);
  }

  /** The product recommended at a rank to whoever looks at a product. */
  public static String recommended(int index, int rank) {
    return id(index * 31 + rank + 1);
  }
}
