package dev.weft.control.identity;

import dev.weft.control.identity.CertificateProfiles.Issuer;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The authority's certificates and sealed keys in the database. Methods run inside a transaction.
 */
final class AuthorityRepository {
  private AuthorityRepository() {}

  /** Which place in the chain a certificate has. */
  enum Role {
    ROOT("root"),
    INTERMEDIATE("intermediate");

    private final String column;

    Role(String column) {
      this.column = column;
    }
  }

  /** A row. A later generation replaces an earlier one for signing. */
  record Row(
      Role role, int generation, X509Certificate certificate, byte[] sealedKey, String keyId) {

    static Row seal(Role role, int generation, Issuer issuer, KeyEncryptionKey key) {
      byte[] plain = issuer.key().getEncoded();
      try {
        return new Row(
            role,
            generation,
            issuer.certificate(),
            key.seal(purpose(role, generation), plain),
            key.id());
      } finally {
        Arrays.fill(plain, (byte) 0);
      }
    }

    Issuer open(KeyEncryptionKey key, String keyFile) {
      if (!key.id().equals(keyId)) {
        throw new AuthorityException(
            "the CA's keys in the database were sealed with another key file than "
                + keyFile
                + " (theirs has the id "
                + keyId
                + ", this one "
                + key.id()
                + "): copy ca.key from the node that made the mesh and give it with --ca-key-file",
            null);
      }
      try {
        byte[] plain = key.open(purpose(role, generation), sealedKey);
        try {
          return new Issuer(
              certificate,
              KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(plain)));
        } finally {
          Arrays.fill(plain, (byte) 0);
        }
      } catch (GeneralSecurityException e) {
        throw new AuthorityException(
            "the CA's "
                + role.column
                + " key in the database is damaged: restore the database from a backup",
            e);
      }
    }

    private static String purpose(Role role, int generation) {
      return "weft ca " + role.column + " " + generation;
    }
  }

  /** All rows, the newest generation of each role first. */
  static List<Row> all(Handle handle) {
    return handle
        .createQuery(
            "SELECT role, generation, certificate, sealed_key, key_id FROM authorities"
                + " ORDER BY role, generation DESC")
        .map(
            (columns, context) ->
                new Row(
                    columns.getString("role").equals(Role.ROOT.column)
                        ? Role.ROOT
                        : Role.INTERMEDIATE,
                    columns.getInt("generation"),
                    parse(columns.getBytes("certificate")),
                    columns.getBytes("sealed_key"),
                    columns.getString("key_id")))
        .list();
  }

  /** Inserts a row; false if another node has made this generation first. */
  static boolean insert(Handle handle, Row row, Instant now) {
    try {
      return handle
              .createUpdate(
                  "INSERT INTO authorities (role, generation, certificate, sealed_key, key_id, created_at)"
                      + " VALUES (:role, :generation, :certificate, :key, :keyId, :now)"
                      + " ON CONFLICT DO NOTHING")
              .bind("role", row.role().column)
              .bind("generation", row.generation())
              .bind("certificate", row.certificate().getEncoded())
              .bind("key", row.sealedKey())
              .bind("keyId", row.keyId())
              .bind("now", now.toEpochMilli())
              .execute()
          == 1;
    } catch (CertificateEncodingException e) {
      throw new AuthorityException("a CA certificate could not be encoded", e);
    }
  }

  private static X509Certificate parse(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new AuthorityException(
          "a CA certificate in the database is damaged: restore the database from a backup", e);
    }
  }
}
