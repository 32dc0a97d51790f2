import './base.css';
import './progress.css';
import './lab.css';
import './explorer.css';
