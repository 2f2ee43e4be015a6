package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Finds the name of a resource without decoding it: in every xDS resource type it is field 1. State
 * of the world has the name nowhere else.
 */
public final class WireName {
  private static final int NAME_TAG = (1 << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private WireName() {}

  /** The name, or an empty string if there is none or the bytes are no message. */
  public static String of(Any body) {
    CodedInputStream input = body.getValue().newCodedInput();
    String name = "";
    try {
      for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
        if (tag == NAME_TAG) {
          // as in a decoded message, the last one counts
          name = input.readStringRequireUtf8();
        } else if (!input.skipField(tag)) {
          return "";
        }
      }
    } catch (IOException e) {
      return "";
    }
    return name;
  }
}
