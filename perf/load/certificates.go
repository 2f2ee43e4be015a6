package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// certificates writes a root and two workloads of it, P-256: ca.pem, server.pem, server.key, client.pem, client.key, and
// server-all.pem with the server's key and certificate in one file.
func certificates(arguments []string) error {
	flags := flag.NewFlagSet("certificates", flag.ExitOnError)
	folder := flags.String("folder", ".", "where to write")
	_ = flags.Parse(arguments)
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "perf root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(*folder, "ca.pem"), block("CERTIFICATE", der)); err != nil {
		return err
	}
	for i, name := range []string{"server", "client"} {
		if err := workload(*folder, name, int64(i+2), root, rootKey); err != nil {
			return err
		}
	}
	return nil
}

func workload(folder, name string, serial int64, root *x509.Certificate, rootKey *ecdsa.PrivateKey) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		URIs: []*url.URL{{Scheme: "spiffe", Host: "perf.local", Path: "/ns/perf/sa/" + name}},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, rootKey)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	certificate, secret := block("CERTIFICATE", der), block("PRIVATE KEY", private)
	if err := writePEM(filepath.Join(folder, name+".pem"), certificate); err != nil {
		return err
	}
	if err := writePEM(filepath.Join(folder, name+".key"), secret); err != nil {
		return err
	}
	return writePEM(filepath.Join(folder, name+"-all.pem"), secret, certificate)
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func writePEM(path string, blocks ...[]byte) error {
	var all []byte
	for _, b := range blocks {
		all = append(all, b...)
	}
	return os.WriteFile(path, all, 0o600)
}
