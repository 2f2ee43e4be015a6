package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

const (
	trustDomain = "soak.local"
	// A sidecar renews its certificate half way through.
	identityLife = 90 * time.Second
)

// authority issues every certificate of the soak.
type authority struct {
	key    *ecdsa.PrivateKey
	root   *x509.Certificate
	pool   *x509.CertPool
	serial atomic.Int64
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "soak root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(48 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
		URIs: []*url.URL{{Scheme: "spiffe", Host: trustDomain}},
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	if root, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	a := &authority{key: key, root: root, pool: x509.NewCertPool()}
	a.pool.AddCert(root)
	a.serial.Store(1)
	return a, nil
}

func spiffe(path string) *url.URL { return &url.URL{Scheme: "spiffe", Host: trustDomain, Path: path} }

// sign makes a workload's certificate; serial numbers only grow.
func (a *authority) sign(public crypto.PublicKey, path string, life time.Duration) ([]byte, *x509.Certificate, error) {
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial.Add(1)), NotBefore: time.Now().Add(-time.Second), NotAfter: time.Now().Add(life),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{"soak.test"}, URIs: []*url.URL{spiffe(path)},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, a.root, public, a.key)
	return der, leaf, err
}

// workload makes a key with its certificate, both PEM.
func (a *authority) workload(path string) (certificate, key []byte, serial int64, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, 0, err
	}
	der, leaf, err := a.sign(&private.PublicKey, path, 24*time.Hour)
	if err != nil {
		return nil, nil, 0, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	return block("CERTIFICATE", der), block("PRIVATE KEY", secret), leaf.SerialNumber.Int64(), err
}

func (a *authority) pair(path string) (tls.Certificate, error) {
	certificate, key, _, err := a.workload(path)
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	// A sidecar that enrols looks for the root in the chain.
	pair.Certificate = append(pair.Certificate, a.root.Raw)
	return pair, err
}

func (a *authority) rootPEM() []byte { return block("CERTIFICATE", a.root.Raw) }

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// write leaves what backends need in a folder, and a sidecar's join token.
func (a *authority) write(folder string) error {
	certificate, key, _, err := a.workload("/ns/soak/sa/backend")
	if err != nil {
		return err
	}
	hash := sha256.Sum256(a.root.Raw)
	fields, err := json.Marshal(map[string]any{
		"id": "soak", "ns": "soak", "svc": "gateway", "secret": "soak", "exp": time.Now().Add(24 * time.Hour).Unix(),
		"ca": hex.EncodeToString(hash[:])})
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"backend.pem": certificate, "backend.key": key, "ca.pem": a.rootPEM(),
		"token": []byte("weft1." + base64.RawURLEncoding.EncodeToString(fields)),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
