"""業務システムの認証認可。OAuth2 の Client Credentials だけを、authlib の上で話す。"""
