import type { Server } from './servers.ts';
import type { Variant } from './variant.ts';

/** Every server as its package sets up TLS is the plain variant; these are as bad, or as strict, as it can be set up. */
export const TLS_VARIANTS: Readonly<Record<Server, Readonly<Record<'weak' | 'strong', Variant>>>> = {
  Postfix: {
    weak: {
      settings: [
        'smtpd_tls_mandatory_protocols = >=TLSv1',
        'smtpd_tls_mandatory_ciphers = export',
        'tls_export_cipherlist = ALL:eNULL:@SECLEVEL=0',
        'disable_vrfy_command = no',
      ],
    },
    strong: {
      settings: [
        'smtpd_tls_mandatory_protocols = >=TLSv1.2',
        'smtpd_tls_mandatory_ciphers = high',
        'tls_high_cipherlist = ECDHE+AESGCM:ECDHE+CHACHA20',
        'tls_preempt_cipherlist = yes',
        'disable_vrfy_command = yes',
        'smtpd_forbid_bare_newline = yes',
        'smtpd_forbid_bare_newline_exclusions =',
      ],
    },
  },
  'Dovecot submission': {
    weak: { settings: ['ssl_min_protocol = TLSv1', 'ssl_cipher_list = ALL:eNULL:@SECLEVEL=0'] },
    strong: {
      settings: ['ssl_min_protocol = TLSv1.2', 'ssl_cipher_list = ECDHE+AESGCM:ECDHE+CHACHA20'],
    },
  },
  // Debian's Exim has GnuTLS, which still knows RC4, 3DES and anonymous suites.
  Exim: {
    weak: {
      settings: [
        'tls_require_ciphers = NORMAL:+VERS-TLS1.0:+VERS-TLS1.1:+ARCFOUR-128:+3DES-CBC:+NULL:+ANON-ECDH:+ANON-DH:+SHA1:+MD5',
      ],
    },
    strong: {
      settings: [
        'tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:-KX-ALL:+ECDHE-RSA:+ECDHE-ECDSA',
      ],
    },
  },
};
